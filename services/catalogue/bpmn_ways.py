"""How the parts of a process of BPMN lead on: ways through gateways, and which gateway joins what another parted."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from services.catalogue.bpmn_parts import PARALLEL, Model
from services.catalogue.flow import JOIN, Flow
from services.catalogue.soundness import Fault, Unsound

MOST_WAYS, DEEPEST_PARTING = 50, 6
STEPS = {"userTask", "serviceTask", "sendTask", "receiveTask", "intermediateCatchEvent", "endEvent"}


@dataclass(frozen=True)
class Way:
    """A way from a step to the next, by the ids of the flows that it takes."""

    target: str
    when: str
    name: str
    flows: tuple[str, ...]


class Ways:
    """The ways of a process, gateways passed through; raise `Unsound` by ids where they can't be walked."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.leaving: dict[str, list[str]] = {name: [] for name in model.nodes}
        self.entering: dict[str, list[str]] = {name: [] for name in model.nodes}
        for name, flow in model.flows.items():
            self.leaving[flow.source].append(name)
            self.entering[flow.target].append(name)
        self.borders: dict[str, list[str]] = {name: [] for name in model.nodes}
        for name, node in model.nodes.items():
            if node.host in self.borders:
                self.borders[node.host].append(name)
        self._met: dict[str, set[str]] = {}
        for names in self.leaving.values():  # what holds in any case is asked last
            names.sort(key=lambda name: model.flows[name].is_default)

    def fault(self, name: str, message: str, remedy: str) -> Unsound:
        return Unsound([Fault(name, message, remedy, self.model.lines[name])])

    @cached_property
    def partings(self) -> dict[str, str]:
        """Give for each gateway that begins branches the one at which they come together."""
        return {name: self._join_of(name) for name in self._parallel if self._parts(name)}

    @cached_property
    def joined(self) -> dict[str, str]:
        return {join: parting for parting, join in self.partings.items()}

    @cached_property
    def _parallel(self) -> list[str]:
        return [name for name, node in self.model.nodes.items() if node.tag in PARALLEL]

    def _parts(self, name: str) -> bool:
        return len(self.leaving[name]) > 1 or name + JOIN in self.model.nodes

    def _joins(self, name: str) -> bool:
        if name.endswith(JOIN) and name.removesuffix(JOIN) in self.model.nodes:
            return True
        return len(self.entering[name]) > 1

    def _join_of(self, parting: str) -> str:
        if parting + JOIN in self.model.nodes:
            return parting + JOIN
        if self._joins(parting):
            told = "this gateway joins ways and parts them again"
            raise self.fault(parting, told, "Draw two gateways: one that joins, then one that parts.")
        ends = [self._joins_after(self.model.flows[name].target) for name in self.leaving[parting]]
        common = set.intersection(*ends)
        if len(common) != 1 or any(end != common for end in ends):
            told = "the ways that begin here don't come together again at one gateway"
            raise self.fault(parting, told, "Lead all of them to one parallel gateway.")
        return common.pop()

    def _joins_after(self, first: str) -> set[str]:
        """Give the gateways at which what began outside comes together, found once for each part of the process."""
        if first not in self._met:
            self._met[first] = self._joins_met(first)
        return self._met[first]

    def _joins_met(self, first: str) -> set[str]:
        """Walk on; what parts inside is passed with its join."""
        found, seen, front = set(), set(), [(first, 0)]
        while front:
            at = name, depth = front.pop()
            if at in seen or depth > DEEPEST_PARTING:
                continue
            seen.add(at)
            if name in self._parallel_set:
                if self._parts(name):
                    depth += 1
                elif self._joins(name) and depth == 0:
                    found.add(name)
                    continue
                elif self._joins(name):
                    depth -= 1
            front += [(following, depth) for following in self._after(name)]
        return found

    @cached_property
    def _parallel_set(self) -> set[str]:
        return set(self._parallel)

    def _after(self, name: str) -> Iterator[str]:
        for source in (name, *self.borders[name]):
            yield from (self.model.flows[flow].target for flow in self.leaving[source])

    def lost_joins(self) -> Iterator[Unsound]:
        """Give the gateways that join what no gateway parted."""
        for name in self._parallel:
            if self._joins(name) and not self._parts(name) and name not in self.joined:
                told = "this gateway waits for ways that no gateway parted"
                yield self.fault(name, told, "Use an exclusive gateway where only one of the ways is taken.")

    def of(self, source: str) -> list[Way]:
        """Give the ways from a step to the next steps, those with conditions as they are asked."""
        return self._through(self.leaving[source], source)

    def of_flow(self, flow: str) -> list[Way]:
        return self._through([flow], flow)

    def _through(self, flows: list[str], source: str) -> list[Way]:
        found: list[Way] = []
        front: list[tuple[str, tuple[str, ...]]] = [(flow, ()) for flow in reversed(flows)]
        while front:
            flow, before = front.pop()
            taken, target = (*before, flow), self.model.flows[flow].target
            if self._is_step(target):
                found.append(self._way(target, taken))
                if len(found) > MOST_WAYS:
                    told = f"more than {MOST_WAYS} ways lead on from here"
                    raise self.fault(source, told, "Draw steps between the gateways.")
            elif target in {self.model.flows[one].source for one in taken}:
                told = "these gateways lead in a circle without a step"
                raise self.fault(target, told, "Draw a task into the circle, or remove a way.")
            else:
                front += [(one, taken) for one in reversed(self.leaving[target])]
        return found

    def _is_step(self, name: str) -> bool:
        return self.model.nodes[name].tag in STEPS or name in self.partings or name in self.joined

    def _way(self, target: str, flows: tuple[str, ...]) -> Way:
        taken: list[Flow] = [self.model.flows[flow] for flow in flows]
        whens = [flow.when for flow in taken if flow.when]
        when = " && ".join(f"({one})" for one in whens) if len(whens) > 1 else "".join(whens)
        name = " – ".join(flow.name for flow in taken if flow.name)
        return Way(self.joined.get(target, target), when, name, flows)
