"""Who cares for her: carers and what was checked of them, who supervises them, the rota, and who was really there."""
