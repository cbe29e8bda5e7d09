"""Child processes that outlive the command that started them: started, watched, and ended by identity."""

from local.processes.identity import ProcessIdentity
from local.processes.part import Part, PartState, PartStatus
from local.processes.ports import free_port
from local.processes.supervisor import Supervisor

__all__ = ["Part", "PartState", "PartStatus", "ProcessIdentity", "Supervisor", "free_port"]
