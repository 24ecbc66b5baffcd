"""Tests of the DAGs on the real Airflow."""
