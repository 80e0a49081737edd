"""Programs that speak to an Atrio as strangers do: by docs/api.md, and nothing of ours imported."""
