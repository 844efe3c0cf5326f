"""The primary is killed under load and its synchronous standby promoted: no acknowledged commit is lost, and the service
answers again within 15 seconds by itself."""
from servers import Load, Standby, house, postgres, ready
from tap import equal, eventually, run, test

BACK_SECONDS = 15

primary = postgres.Cluster(durable=True)
primary.start()
primary.sql("CREATE DATABASE house")
standby = Standby(primary)
standby.start()
primary.configure({"synchronous_standby_names": "standby", "synchronous_commit": "on"})
primary.sql("SELECT pg_reload_conf()")
eventually(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync", 10, "a synchronous standby")
service = house(f"postgresql://violet:{primary.password}@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/house")


def finish():
    service.close()
    standby.remove()
    primary.remove()


@test
def no_acknowledged_text_is_lost_and_the_service_is_back_within_15_seconds():
    with Load(service) as load:
        load.wait_for(200, 30)
        primary.kill()
        standby.promote()
        load.wait_for(200, BACK_SECONDS)
    print(f"# the longest time without an acknowledged text: {load.slowest:.1f} s")
    load.expect_all_once()
    service.check()


@test
def what_goes_on_on_the_new_primary_is_whole():
    equal(ready(service), 200)
    service.stop()
    service.start()
    with Load(service) as load:
        load.wait_for(50, 20)
    load.expect_all_once()
    service.check()


run(finish)
