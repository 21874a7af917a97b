"""What is stored of who decides: meetings, actions, concerns, assurance. One file a noun."""

from governance.models.deciding import SeniorContact

__all__ = ["SeniorContact"]
