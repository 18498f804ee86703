from setuptools import setup

setup(
    name="dusty",
    version="0.3",
    packages=["dusty"],
    python_requires=">=3.3, <3.10",
    classifiers=[
        "Programming Language :: Python :: 3.3",
        "Programming Language :: Python :: 3.6",
    ],
)
