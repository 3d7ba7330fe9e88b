"""What junitparser makes of the documents named, as one JSON array: for tests."""
import json
import sys

from junitparser import JUnitXml


def case(test):
    return {
        'name': test.name,
        'classname': test.classname,
        'results': [[type(result).__name__, result.message] for result in test.result],
    }


def document(file):
    return [
        {
            'name': suite.name,
            'counts': [suite.tests, suite.failures, suite.errors, suite.skipped],
            'cases': [case(test) for test in suite],
        }
        for suite in JUnitXml.fromfile(file)
    ]


print(json.dumps([document(file) for file in sys.argv[1:]]))
