"""This floor’s pages, one file a noun. Pages that look across floors are composed in dashboards."""
