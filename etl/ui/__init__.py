"""Dateline's pages in Airflow's web interface: what an operator looks at. Only `plugin` knows Airflow."""
