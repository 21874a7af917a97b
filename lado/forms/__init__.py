"""What people type to refer somebody, to decide, and to handle a referral."""
