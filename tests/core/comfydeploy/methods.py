"""Every method of the clients, called once."""

from tests.core.comfydeploy.methods_of_runs import of_files_and_account, of_machines, of_runs
from tests.core.comfydeploy.methods_of_workflows import of_deployments, of_workflows

METHODS = (*of_deployments(), *of_workflows(), *of_machines(), *of_runs(), *of_files_and_account())
READS = tuple(method for method in METHODS if method.is_read)
WRITES = tuple(method for method in METHODS if not method.is_read)
PARSED = tuple(method for method in METHODS if method.reply is not None)
COMPOSED = ("files.upload",)  # made of several calls, with tests of its own
