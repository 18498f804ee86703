from setuptools import setup

setup(
    name="relayd",
    version="0.5.0",
    description="Passes messages from sources to handlers",
    packages=["relayd"],
    python_requires=">=3.5",
)
