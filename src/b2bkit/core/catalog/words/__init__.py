"""Finding products as people type them: word forms, slips of the keyboard, Latin letters for Russian ones, another layout, look-alikes."""
