"""What the capstone decides: what is taken in, who may rate, how points come about."""
