"""What the processing jobs of the retraining pipeline run, here and in SageMaker's managed scikit-learn image."""
