"""From two trained models to an endpoint that splits its traffic, to one of them alone, to nothing, by keys alone."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config
from tests.journeys.test_train_from_csv import make_a_data_set_of_the_sample


async def test_two_models_behind_one_endpoint_until_it_is_shut_down(folder: Path) -> None:
    async with console(local_config(folder), size=(120, 40)) as desk:
        await desk.sees("No training jobs yet.")
        await make_a_data_set_of_the_sample(desk)
        await train(desk, "diabetes-xgboost")
        await train(desk, "diabetes-linear-learner", "tab", "enter", "down", "enter")

        await desk.press("home", "space", "space")
        await desk.sees("2 marked")
        await desk.press("e")
        await desk.sees("Deploy diabetes-linear-learner, diabetes-xgboost", "Costs nothing here. At AWS: $0.23/h")
        await clear_and_type(desk, "diabetes")
        await desk.press("f2")
        await desk.sees("Deploying diabetes")
        await desk.sees_match(r"diabetes +● InService")
        await desk.sees("50/50", "would be ~$0.23/h")
        await desk.sees("Wanted", "50.0 %", "no requests")
        invoke(desk, "diabetes", 40)
        await desk.press("r")
        await desk.sees("Actual")

        await desk.press("U")
        await desk.sees("Update diabetes, which serves", "Nothing is changed yet.")
        await desk.press("tab", "pagedown", "end", "ctrl+u", "f2")
        await desk.sees("Update diabetes?", "diabetes-xgboost", "goes")
        await desk.press("y")
        await desk.sees_match(r"diabetes +● InService")
        await desk.sees("diabetes serves diabetes-2")
        variants = client_of(desk, "sagemaker").describe_endpoint(EndpointName="diabetes")["ProductionVariants"]
        assert [variant["VariantName"] for variant in variants] == ["diabetes-linear-learner"]

        await desk.press("x")
        await desk.sees("Shut down the endpoint diabetes?", "endpoint configuration diabetes-2")
        await desk.press("a", "tab")
        await desk.types("diabetes")
        await desk.press("enter")
        await desk.sees("No endpoints yet.")
        await desk.sees_no("would be")
        sagemaker = client_of(desk, "sagemaker")
        assert sagemaker.list_endpoints()["Endpoints"] == []


async def train(desk: Console, name: str, *keys: str) -> None:
    await desk.press("2", "tab")
    await desk.sees("Uploaded  1 data set")
    await desk.press("n")
    await desk.sees("Train on diabetes")
    await desk.press(*keys)
    await desk.sees(name)
    await desk.press("f2")
    await desk.sees_match(rf"{name[-7:]} +✓ Completed")  # long names lose their middle


async def clear_and_type(desk: Console, text: str) -> None:
    await desk.press("end", "ctrl+u")
    await desk.types(text)


def invoke(desk: Console, endpoint: str, times: int) -> None:
    runtime = client_of(desk, "sagemaker-runtime")
    row = ",".join(["0.1"] * 10)
    for _ in range(times):
        runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=row)
