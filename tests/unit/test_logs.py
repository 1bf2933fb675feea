from __future__ import annotations

import json
import logging
import sys

from dti.logs import JsonFormatter


def test_a_record_is_one_json_line_with_its_traceback() -> None:
    try:
        raise ValueError("broken\nrecord")
    except ValueError:
        record = logging.LogRecord("workers.pulling", logging.WARNING, __file__, 1, "batch %s\nfailed", ("b1",), sys.exc_info())
    line = JsonFormatter().format(record)
    assert "\n" not in line
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["message"]) == ("warning", "workers.pulling", "batch b1\nfailed")
    assert "ValueError: broken" in fields["exception"]
