"""The quick view: plain pages without script, beside the ones people work on."""
