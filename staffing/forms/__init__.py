"""What people type about carers, rotas and shifts."""
