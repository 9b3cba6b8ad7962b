CREATE TABLE sessions (id TEXT PRIMARY KEY, session_type TEXT, working_dir TEXT, created_at TIMESTAMP, updated_at TIMESTAMP,
  provider_name TEXT, model_config_json TEXT, parent_session_id TEXT,
  total_tokens INTEGER, input_tokens INTEGER, output_tokens INTEGER,
  accumulated_total_tokens INTEGER, accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER);
CREATE TABLE usage_ledger (id INTEGER PRIMARY KEY, session_id TEXT, created_timestamp INTEGER, model TEXT, input_tokens INTEGER,
  output_tokens INTEGER, total_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER, cost REAL, cost_source TEXT, is_compaction INTEGER);
-- before there was a ledger: accumulated, not the last turn; 30 of the total are reasoning
INSERT INTO sessions VALUES ('20260601_1', 'user', '/home/dev/shop', '2026-06-01 10:00:00', '2026-06-01 12:00:00', 'anthropic', '{"model_name":"claude-sonnet-4-5"}', NULL,
  150, 100, 50, 1530, 1000, 500);
-- only the last turn is known
INSERT INTO sessions VALUES ('20260601_2', 'user', '/home/dev/api', '2026-06-01 11:00:00', NULL, 'openai', '{"model_name":"gpt-5"}', NULL,
  15, 10, 5, NULL, NULL, NULL);
-- all of it stands in the ledger
INSERT INTO sessions VALUES ('20260701_1', 'user', '/home/dev/shop', '2026-07-01 09:00:00', '2026-07-01 09:30:00', 'anthropic', '{"model_name":"claude-sonnet-4-5"}', NULL,
  0, 0, 0, 330, 255, 75);
INSERT INTO usage_ledger VALUES (1, '20260701_1', 1782896400, 'claude-sonnet-4-5', 100, 20, 150, 20, 10, 0.0125, 'provider_reported', 0);
INSERT INTO usage_ledger VALUES (2, '20260701_1', 1782896460000, 'claude-haiku-4-5', 155, 55, 210, 55, 0, 0.002, 'estimated', 1);
INSERT INTO usage_ledger VALUES (3, '20260701_1', 1782896470, 'claude-haiku-4-5', 0, 0, 0, 0, 0, NULL, '', 0);
-- begun before the ledger: 200 and 20 of it stand there
INSERT INTO sessions VALUES ('20260630_7', 'sub_agent', '/home/dev/shop', '2026-06-30 09:00:00', '2026-07-02 09:30:00', 'openrouter', '{"model_name":"qwen/qwen3-coder"}', '20260601_1',
  0, 0, 0, 660, 600, 60);
INSERT INTO usage_ledger VALUES (4, '20260630_7', 1782986400, NULL, 200, 20, 220, NULL, NULL, NULL, NULL, 0);
-- a total only, nothing, a model that nobody set, a broken count
INSERT INTO sessions VALUES ('20260703_1', 'user', NULL, '2026-07-03 09:00:00', NULL, NULL, '{}', NULL, 99, NULL, NULL, NULL, NULL, NULL);
INSERT INTO sessions VALUES ('20260703_2', 'user', NULL, '2026-07-03 09:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0);
INSERT INTO sessions VALUES ('20260703_3', 'user', NULL, '2026-07-03', NULL, NULL, 'not json', NULL, NULL, NULL, NULL, 8, 6, 2);
INSERT INTO sessions VALUES ('20260703_4', 'user', NULL, '2026-07-03 10:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 8, -6, 2);
INSERT INTO sessions VALUES ('20260703_5', 'user', NULL, 'some day', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 8, 6, 2);
