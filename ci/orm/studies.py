"""Optuna, as its users have it: studies with trials, and values that are no ordinary numbers."""

import math
import sys

import optuna
from optuna.samplers import RandomSampler

optuna.logging.set_verbosity(optuna.logging.ERROR)
verb, url = sys.argv[1:]
storage = optuna.storages.RDBStorage(url)


def objective(trial):
    x = trial.suggest_float("x", -1e10, 1e10)
    trial.suggest_int("n", 1, 2**40)
    trial.suggest_categorical("kind", ["a", None, 1.5])
    for step, value in enumerate((math.inf, math.nan, x)):
        trial.report(value, step)
    trial.set_user_attr("note", {"é": [1, None]})
    if trial.number == 2:
        raise optuna.TrialPruned()
    return {1: math.inf, 3: -math.inf}.get(trial.number, x)


def study(name):
    return optuna.load_study(study_name=name, storage=storage, sampler=RandomSampler(seed=7))


def show(with_times=True):
    for name in sorted(optuna.get_all_study_names(storage)):
        print(name, study(name).user_attrs, study(name).directions)
        for trial in study(name).trials:
            times = (trial.datetime_start, trial.datetime_complete) if with_times else ()
            print(trial.number, trial.state, trial.values, *times, sorted(trial.params.items()), trial.user_attrs)
            print(trial.intermediate_values, sorted(trial.distributions.items()))


if verb == "fill":
    made = optuna.create_study(storage=storage, study_name="ü 😀", sampler=RandomSampler(seed=1))
    made.set_user_attr("k", {"x": [1, None]})
    made.optimize(objective, n_trials=8)
    made.ask()
elif verb == "show":
    show()
elif verb == "use":
    found = study("ü 😀")
    print(found.best_trial.number, found.best_value)
    found.enqueue_trial({"x": 1.0})
    found.optimize(objective, n_trials=3)
    found.set_user_attr("k", 5)
    optuna.create_study(storage=storage, study_name="new").ask()
    try:
        optuna.create_study(storage=storage, study_name="new")
    except optuna.exceptions.DuplicatedStudyError:
        print("a name is unique")
    show(with_times=False)
    optuna.delete_study(study_name="ü 😀", storage=storage)
    print(optuna.get_all_study_names(storage))
