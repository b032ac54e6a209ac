"""Language to task trees and hierarchical specifications."""
