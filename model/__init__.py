"""The model: from a ledger to an artefact, and the code that answers with it."""
