"""What AWS is asked for, and how it is packaged: CloudFormation by concern, the artifact, the offline packaging."""
