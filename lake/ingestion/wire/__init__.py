"""Lines as the streams carry them, as columns of their contracts; what a line means is read by Divisa's own readers."""
