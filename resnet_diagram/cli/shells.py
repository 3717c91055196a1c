"""Completion in the shells that need more than Click's."""

from click.shell_completion import BashComplete, CompletionItem, FishComplete, add_completion_class


@add_completion_class
class Bash(BashComplete):
    """Completion for Bash, which takes a colon for a word and completes the part behind it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the preceding words and the word to complete, with words split at colons rejoined."""
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        for word in (*args, incomplete):
            if words and (word == ":" or words[-1].endswith(":")):
                words[-1] += word
            else:
                words.append(word)
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Return an item without the part before a colon, which Bash already has."""
        return f"{item.type},{item.value.rpartition(':')[2]}"


@add_completion_class
class Fish(FishComplete):
    """Completion for fish, with commas in values."""

    source_template = FishComplete.source_template.replace('split ","', 'split --max 1 ","')
