"""Groups of a scene under construction: they order their elements for painting and give them ids."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import field, replace

from resnet_diagram.dataclass import dataclass
from resnet_diagram.diagram.model import NO_ORIGIN, Origin
from resnet_diagram.layout.scene import Box, Connector, Element, Group, GroupKind, Marker, Text


@dataclass()
class DraftGroup:
    """A group under construction: its elements by the layer they are painted in, lowest layer first."""

    id: str
    kind: GroupKind
    title: str = ""
    origin: Origin = NO_ORIGIN
    repeat: int = 1
    caption: str = ""
    frame: Box | None = None
    groups: "dict[str, DraftGroup | Group]" = field(default_factory=dict)
    connectors: list[Connector] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def frames(self) -> "Iterator[Box]":
        """Yield the frames of the group and of all groups inside it."""
        if self.frame:
            yield self.frame
        for group in self.groups.values():
            if isinstance(group, DraftGroup):
                yield from group.frames()

    def build(self) -> Group:
        """Return the finished group.

        Groups with a frame are painted below the connectors that join their boxes, all others above.
        """
        inner = [group.build() if isinstance(group, DraftGroup) else group for group in self.groups.values()]
        inner = [group for group in inner if group.frame or group.children or group.labels]
        flat = not (self.connectors or self.boxes)
        below = [group for group in inner if flat or _is_framed(group)]
        children: tuple[Element, ...] = (
            *below,
            *sorted(self.connectors, key=lambda line: any(label.halo for label in line.labels)),
            *self.boxes,
            *(group for group in inner if not (flat or _is_framed(group))),
            *self.markers,
        )
        return Group(
            id=self.id,
            kind=self.kind,
            title=self.title,
            repeat=self.repeat,
            caption=self.caption,
            frame=self.frame,
            children=children,
            labels=tuple(self.texts),
            origin=self.origin,
        )


def _is_framed(group: Group) -> bool:
    """Return whether a group or a group in it has a frame."""
    return group.frame is not None or any(
        isinstance(child, Group) and _is_framed(child) for child in group.children
    )


def with_ids(root: Group) -> Group:
    """Return the tree with an id for each connector and marker, and a number behind ids that occur twice."""
    used: set[str] = set()
    counts: Counter[str] = Counter()

    def fresh(name: str) -> str:
        free = name
        while free in used:
            counts[name] += 1
            free = f"{name}-{counts[name] + 1}"
        used.add(free)
        return free

    def visit(group: Group) -> Group:
        used.add(group.id)
        children: list[Element] = []
        for child in group.children:
            match child:
                case Group():
                    children.append(visit(child))
                case Connector():
                    tail, head = child.tail.fork or child.tail.element, child.head.element
                    ends = "-to-".join(part for part in (tail or group.id, head) if part)
                    children.append(replace(child, id=fresh(ends if head else f"{ends}-line")))
                case Box() if not child.id:
                    children.append(replace(child, id=fresh(f"{group.id}-sample")))
                case _:
                    if isinstance(child, Box | Marker):
                        used.add(child.id)
                    children.append(child)
        return replace(group, children=tuple(children))

    return visit(root)
