"""Episodes: everything that happened in one run, as a rosbag2 (MCAP) folder. Works without ROS."""

from heed.episodes.reader import Episode, Message, read_episode
from heed.episodes.writer import EpisodeWriter

__all__ = ["Episode", "EpisodeWriter", "Message", "read_episode"]
