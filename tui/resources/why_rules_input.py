"""The rules about what a person gave: data and hyperparameters."""

from __future__ import annotations

from tui.resources.why_hints import rule

DATA = (
    rule(
        r"Bad HTTP status received from algorithm: 415|ClientError: 415\b|Unsupported Media Type",
        "The container cannot read the records",
        "It answered 415: the ContentType is not one of its own, or the records are not what the ContentType says, "
        "such as a CSV with a header row.",
        "Set ContentType to text/csv for CSV files, and take header and text columns out of them.",
    ),
    rule(
        r"Bad HTTP status received from algorithm: 413|ClientError: 413\b|too large to be handled|"
        r"Too much data for max payload size",
        "A request is too large",
        "The container takes at most 6 MB in one request, and a file that is not split is one request.",
        "Set SplitType to Line and MaxPayloadInMB to 6 or less.",
    ),
    rule(
        r"feature_names mismatch|Number of columns does not match|Feature ?shape mismatch|"
        r"not consistent with feature size of trained model|"
        r"Bad HTTP status received from algorithm: 4\d\d|ClientError: 400\b",
        "The data has other columns than the model",
        "The rows have another number of columns than the model was trained with: mostly the label column, an id or "
        "a header row is still in the input of a transform.",
        "Take label, id and header out of the input (InputFilter $[1:] drops the first column), give every channel "
        "the same columns, and ContentType text/csv.",
    ),
    rule(
        r"Non-numeric value|could not convert string to float|require no header|invalid literal for float",
        "The CSV has a header or a value that is no number",
        "The built-in algorithms read numbers only: no header row, no text, the label in the first column.",
        "Make a data set of the file in the pane Data (2), which leaves out the header and encodes text, and train "
        "on that.",
    ),
    rule(
        r"Expected \d+ fields in line \d+, saw \d+|Error tokenizing data|Could not determine delimiter",
        "The rows of the CSV differ in length",
        "A row has more or fewer fields than those before it; a quote or comma inside a value does that too.",
        "Correct the line that the message names, or let the pane Data (2) write the file anew.",
    ),
    rule(
        r"not an accepted (?:csv )?ContentType|No iterator has been registered for ContentType|in libsvm format|"
        r"'LIBSVM' format|recordio-protobuf",
        "The channel's ContentType does not fit its data",
        "Without a ContentType XGBoost expects libsvm and Linear Learner recordio-protobuf.",
        "Give the channels ContentType text/csv for CSV files.",
    ),
    rule(
        r"only contains pos or neg samples",
        "The data has only one class",
        "A classifier, and its AUC, need examples of both classes in each channel.",
        "Split the data again so that each part has both classes (a stratified split does).",
    ),
    rule(
        r"label must be|labels of a \w+ must be|Label contains NaN|base_score must be",
        "The labels do not fit the objective",
        "The first column is the label: 0 and 1 for two classes, 0 to num_class - 1 for several, a number for a "
        "regression, and never empty.",
        "Choose the objective that fits the label, or check that the label is the first column.",
    ),
    rule(
        r"(?:Missing required|Extraneous) channel",
        "The input channels are not the algorithm's",
        "The built-in algorithms know the channels train and validation, Linear Learner and some others also test.",
        "Name the channels so, and give at least train.",
    ),
)

HYPERPARAMETERS = (
    rule(
        r"Missing required hyperparameter|required hyperparameter\(s\)|Require input for parameter|"
        r"hyperparameter \S+ is required",
        "A hyperparameter is missing",
        "The algorithm has no default for it.",
        "Run it again (N) with the hyperparameter that the message names.",
    ),
    rule(
        r"Extraneous hyperparameter|Additional hyperparameters are not allowed",
        "The algorithm does not know a hyperparameter",
        "It is misspelled, or belongs to another algorithm or another version of this one.",
        "Run it again (N) without it, or with its right name.",
    ),
    rule(
        r"Hyperparameter \S+: |not valid for the '\S+' hyperparameter|feature_dim is \d+, but|"
        r"cannot be used with predictor_type|Do not need to setup parameter|Metric '\S+' (?:can|is)|"
        r"Threshold value 't'|updater should be|tree_method parameter|process_type 'update'",
        "A hyperparameter has a value that is not allowed",
        "The value is out of its range, or does not go with the other hyperparameters.",
        "Run it again (N) with a value that the message allows.",
    ),
)
