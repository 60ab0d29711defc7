"""HQ's mailbox: takes packages over HTTP and keeps them until they are imported."""
