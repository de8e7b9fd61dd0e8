"""Facts and their deliveries: publish, deliver, retry, park."""
