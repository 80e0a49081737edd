"""The associates' screens: queue, application, simulators and faults, outbox."""
