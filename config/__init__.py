"""The site, from YAML files to checked objects."""
