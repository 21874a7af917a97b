"""Where a child lives and what happens there: homes, orders, visits, daily logs."""
