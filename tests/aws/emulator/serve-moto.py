"""moto's server with one repair: it copies a state machine for every execution, with all executions before it and their
threads, which can't be copied, so that a machine could be executed only once."""

import copy
import sys

from moto.server import main
from moto.stepfunctions.models import StateMachine


def copy_without_executions(machine, memo):
    twin = machine.__class__.__new__(machine.__class__)
    memo[id(machine)] = twin
    for name, value in vars(machine).items():
        setattr(twin, name, [] if name == "executions" else copy.deepcopy(value, memo))
    return twin


StateMachine.__deepcopy__ = copy_without_executions
main(sys.argv[1:])
