"""The record of deeds; the database itself refuses to change or delete a row of it."""

from django.db import migrations, models

KEEP = """
CREATE FUNCTION people_deed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a deed is neither changed nor deleted';
END $$;
CREATE TRIGGER deed_stays BEFORE UPDATE OR DELETE ON people_deed
    FOR EACH ROW EXECUTE FUNCTION people_deed_stays();
"""
FREE = "DROP TRIGGER deed_stays ON people_deed; DROP FUNCTION people_deed_stays();"


class Migration(migrations.Migration):
    dependencies = [("people", "0002_roles")]

    operations = [
        migrations.CreateModel(
            name="Deed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("who", models.CharField(max_length=255, verbose_name="who")),
                ("address", models.CharField(blank=True, max_length=64, verbose_name="from")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("revealed", "looked at the local key"),
                            ("joined", "joined with its predecessor"),
                            ("parted", "parted from its predecessor"),
                        ],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                ("about", models.CharField(max_length=255, verbose_name="about")),
            ],
            options={"ordering": ("-id",)},
        ),
        migrations.RunSQL(KEEP, FREE),
    ]
