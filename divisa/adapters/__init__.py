"""How the ports are met: `aws` for the cloud and the laptop cloud, `memory` for tests, simulations and benchmarks."""
