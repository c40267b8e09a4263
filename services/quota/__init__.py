"""Imgur's quota: who may call it when. The governor is a middleware around the one place where requests are made."""
