"""Writes small Parquet files shaped like the GLUE data set SST-2 (idx, sentence, label).

Made with pyarrow 26.0.1:  python make_parquet.py
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

folder = Path(__file__).parent
sentences = [
    ("a gorgeous , witty , seductive movie .", 1),
    ("lacks depth", 0),
    ("« très » charming — and it's funny 😀", 1),
    ("the plot is a mess", 0),
    ("an absorbing , slice-of-depression life", 1),
    ("so unremittingly awful", 0),
]
table = pa.table(
    {
        "idx": pa.array(range(len(sentences)), pa.int32()),
        "sentence": pa.array([text for text, _ in sentences], pa.string()),
        "label": pa.array([label for _, label in sentences], pa.int64()),
    }
)
# Two row groups, dictionary and plain pages.
pq.write_table(table, folder / "sst2-like.parquet", compression="snappy", row_group_size=4)
pq.write_table(table, folder / "sst2-like-zstd.parquet", compression="zstd", use_dictionary=False)
