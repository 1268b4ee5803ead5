"""A workflow engine of the field, SpiffWorkflow: five script tasks in BPMN, reloaded and saved at each step."""

import io
import itertools
from collections.abc import Sequence

STEPS = 5
TABLE = """
    CREATE TABLE IF NOT EXISTS bench_spiff (id uuid PRIMARY KEY, state text NOT NULL, is_done boolean DEFAULT false)
"""
FLOW = '<sequenceFlow id="f{0}" sourceRef="{1}" targetRef="{2}"/>'
SCRIPT = '<scriptTask id="r{0}"><script>x{0} = rooms >= 0</script></scriptTask>'
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">
<process id="five" isExecutable="true"><startEvent id="start"/>{scripts}<endEvent id="end"/>{flows}</process>
</definitions>
"""


def process() -> str:
    """Give a BPMN process of so many script tasks in a row."""
    names = ["start", *(f"r{n}" for n in range(STEPS)), "end"]
    flows = "".join(FLOW.format(n, *pair) for n, pair in enumerate(itertools.pairwise(names)))
    return PROCESS.format(scripts="".join(SCRIPT.format(n) for n in range(STEPS)), flows=flows)


def begin(requests: Sequence[object]) -> None:
    """Keep a started workflow for each request; the first of its tasks is ready."""
    from django.db import connection
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

    parser = BpmnParser()
    parser.add_bpmn_io(io.BytesIO(process().encode()))
    workflow = BpmnWorkflow(parser.get_spec("five"))
    workflow.get_next_task(spec_name="start").run()
    workflow.get_next_task(spec_name="r0").data["rooms"] = 3
    state = BpmnWorkflowSerializer().serialize_json(workflow)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.executemany("INSERT INTO bench_spiff (id, state) VALUES (%s, %s)", [(pk, state) for pk in requests])


def drain(requests: Sequence[object]) -> None:
    """Walk each request to its end: reload, run one task, save with its event, in a transaction a step."""
    from django.db import connection, transaction
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

    from bench.automation import FINISH, INSERT_EVENT

    serializer = BpmnWorkflowSerializer()
    for pk in requests:
        for number in range(STEPS):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT state FROM bench_spiff WHERE id = %s FOR UPDATE", [pk])
                workflow = serializer.deserialize_json(cursor.fetchone()[0])
                workflow.get_next_task(spec_name=f"r{number}").run()
                is_last = number == STEPS - 1
                if is_last:
                    workflow.do_engine_steps()
                    assert workflow.completed
                state = serializer.serialize_json(workflow)
                cursor.execute("UPDATE bench_spiff SET state = %s, is_done = %s WHERE id = %s", [state, is_last, pk])
                cursor.execute(INSERT_EVENT, [[pk], 101 + number, 101 + number])
                if is_last:
                    cursor.execute(FINISH, [[pk]])
