from django.db import connection


def test_the_tests_speak_to_a_real_postgresql_18_with_custom_plans(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        major = cursor.fetchone()[0]
        cursor.execute("SHOW plan_cache_mode")
        plans = cursor.fetchone()[0]

    assert (major >= 15, plans) == (True, "force_custom_plan")
