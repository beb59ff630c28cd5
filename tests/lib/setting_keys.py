# The settings of the contract, for tests that go through all of them.
# SPDX-License-Identifier: GPL-3.0-or-later
"""PLAIN: each key that is no callback's with what is typed and what goes over the wire; CALLBACKS: their
stems by section."""

CALLBACKS = {"greenvn": ["greencall_complete", "failed_verification", "verified_caller",
                         "deallocation_callback"],
             "greenpin": ["greenpin_call_complete", "greenpin_failed_verification",
                          "greenpin_verified_caller",
                          "greenpin_deallocation_callback"]}
SMS = '{"A": {"sms_enabled": "false", "sms_body": "Hi"}, "B": {"sms_enabled": "false"}}'

# Each key that is no callback's: what is typed, what goes over the wire.
PLAIN = {"common.country": ("germany", "DE"), "common.intl_num_sup": ("yes", "true"),
         "common.max_deallocation_time": ("12h", "12h"), "common.timezone": ("utc", "UTC"),
         "common.deletion_time": ("30m", 1800), "common.tag_enabled": ("true", "true"),
         "common.aparty_tag": ("Rider \"A\"", "Rider \"A\""), "common.bparty_tag": ("Käufer", "Käufer"),
         "common.sms_config": (SMS, SMS), "common.sticky_agent_enabled": ("on", "true"),
         "common.lcr_enabled": ("1", "true"), "common.default_region": ("maharashtra", "MH"),
         "greenvn.default_flow_id": ("123456", "123456"), "greenpin.aparty_pin_length": ("6", 6),
         "greenpin.bparty_pin_length": ("5", 5), "greenpin.common_pin_length": ("9", 9),
         "greenpin.aparty_pin_enabled": ("true", "true"), "greenpin.bparty_pin_enabled": ("true", "true"),
         "greenpin.common_pin_enabled": ("true", "true")}
