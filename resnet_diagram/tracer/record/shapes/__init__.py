"""Shape rules of operators on meta tensors."""
