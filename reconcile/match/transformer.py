"""Any sentence-transformers model as an embedder, by Hugging Face name or folder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reconcile.config import cores
from reconcile.errors import ModelError
from reconcile.match.hub import load_model, name_of, one_torch_thread, prompt_of
from reconcile.match.tokenwise import Progress, Row, TokenwiseEmbedder, Vectors, check_spans, text_offsets, unit
from reconcile.model import Span


class SentenceTransformerEmbedder(TokenwiseEmbedder):
    """Any sentence-transformers model, by Hugging Face name or folder; safetensors only, no remote code.

    ``threads`` is how many one-thread forward passes run side by side (0: as many as the process may use).
    A model without token states in its sentence space (a static one, or one with a projection) embeds a
    span's words on their own. Raises ModelError if the model cannot be loaded.
    """

    def __init__(self, name_or_path: str, *, threads: int = 0, device: str = "cpu", name: str = "") -> None:
        self._model = load_model(name_or_path, device)
        self._device = device
        self._prompt = prompt_of(self._model, name_or_path)
        self._name = name or name_of(self._model, name_or_path)
        self._limit = int(getattr(self._model, "max_seq_length", 0) or 512)
        probe = self._model.encode(["a"], convert_to_numpy=True, show_progress_bar=False)
        super().__init__(int(probe.shape[1]), threads or cores())
        self._by_token = self._has_token_states()

    @property
    def name(self) -> str:
        """Model name with a digest of its weights."""
        return self._name

    def embed_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], on_progress: Progress | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        """Return sentence vectors ``(n, dim)`` and span vectors ``(k_i, dim)``, as every embedder does."""
        with one_torch_thread():
            if self._by_token:
                return super().embed_spans(texts, spans, on_progress)
            check_spans(texts, spans)
            return self._embed_whole(texts, spans)

    def _has_token_states(self) -> bool:
        tokenizer = getattr(self._model, "tokenizer", None)
        if not getattr(tokenizer, "is_fast", False):
            return False
        out = self._states(self._rows(["a b"], [()]))
        return out is not None and out[1].shape[-1] == self._dim

    def _rows(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Row]:
        if not texts:
            return []
        coded = self._model.tokenizer(
            [self._prompt + text for text in texts],
            truncation=True,
            max_length=self._limit,
            return_offsets_mapping=True,
            return_attention_mask=True,
        )
        names = [key for key in coded if key != "offset_mapping"]
        rows = []
        for place, text in enumerate(texts):
            features = {key: coded[key][place] for key in names}
            offsets = text_offsets(text, coded["offset_mapping"][place], len(self._prompt))
            rows.append(Row(place, features, offsets, spans[place]))
        return rows

    def _forward(self, rows: Sequence[Row]) -> tuple[Vectors, Vectors]:
        out = self._states(rows)
        if out is None:
            raise ModelError(f"{self._name}: the model gives no token states")
        return out

    def _states(self, rows: Sequence[Row]) -> tuple[Vectors, Vectors] | None:
        import torch

        with torch.inference_mode():
            features = {
                key: torch.tensor([row.features[key] for row in rows], device=self._device) for key in rows[0].features
            }
            out = self._model.forward(features)
        if "token_embeddings" not in out or not torch.is_tensor(out["token_embeddings"]):
            return None
        return out["sentence_embedding"].float().cpu().numpy(), out["token_embeddings"].float().cpu().numpy()

    def _embed_whole(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Embed each text, and each span's words, one at a time."""
        vectors = self._one_by_one(texts)
        words = [self._one_by_one([t[s.start : s.end] for s in ss]) for t, ss in zip(texts, spans, strict=True)]
        for place, (text, of_text) in enumerate(zip(texts, spans, strict=True)):
            for k, span in enumerate(of_text):
                if not text[span.start : span.end].strip():
                    words[place][k] = vectors[place]
        return vectors, words

    def _one_by_one(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self._dim), np.float32)
        for i, text in enumerate(texts):
            rows[i] = self._model.encode([self._prompt + text], convert_to_numpy=True, show_progress_bar=False)[0]
        return unit(rows)
