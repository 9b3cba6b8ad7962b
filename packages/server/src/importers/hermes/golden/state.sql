CREATE TABLE sessions (id TEXT PRIMARY KEY, source TEXT NOT NULL, user_id TEXT, model TEXT, system_prompt TEXT, parent_session_id TEXT, started_at REAL NOT NULL,
  ended_at REAL, message_count INTEGER DEFAULT 0, input_tokens INTEGER DEFAULT 0, output_tokens INTEGER DEFAULT 0, cache_read_tokens INTEGER DEFAULT 0,
  cache_write_tokens INTEGER DEFAULT 0, reasoning_tokens INTEGER DEFAULT 0, billing_provider TEXT, billing_mode TEXT, estimated_cost_usd REAL, actual_cost_usd REAL);
CREATE TABLE session_model_usage (session_id TEXT NOT NULL, model TEXT NOT NULL, billing_provider TEXT NOT NULL DEFAULT '', billing_base_url TEXT NOT NULL DEFAULT '',
  billing_mode TEXT NOT NULL DEFAULT '', task TEXT NOT NULL DEFAULT '', api_call_count INTEGER NOT NULL DEFAULT 0, input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0, cache_read_tokens INTEGER NOT NULL DEFAULT 0, cache_write_tokens INTEGER NOT NULL DEFAULT 0,
  reasoning_tokens INTEGER NOT NULL DEFAULT 0, estimated_cost_usd REAL NOT NULL DEFAULT 0, actual_cost_usd REAL NOT NULL DEFAULT 0, first_seen REAL, last_seen REAL,
  PRIMARY KEY (session_id, model, billing_provider, billing_base_url, billing_mode, task));
-- without a split; an estimate only
INSERT INTO sessions VALUES ('old', 'cli', NULL, 'claude-sonnet-4-5', 'secret words', NULL, 1780394400.5, 1780398000.25, 4, 100, 50, 1000, 20, 30, 'anthropic', '', 0.01, NULL);
-- what was paid is known; reasoning is more than the output
INSERT INTO sessions VALUES ('paid', 'telegram', 'u', 'qwen/qwen3-coder', NULL, NULL, 1780394400, NULL, 2, 10, 5, 0, 0, 8, 'openrouter', '', 0.2, 0.125);
-- a plan: what was paid is nothing
INSERT INTO sessions VALUES ('plan', 'cli', NULL, 'gpt-5', NULL, 'old', 1780394400, NULL, 2, 244, 100, 3339, 0, 32, 'openai-codex', 'subscription_included', 0, 0);
-- split by model, also by task; begun before the split: 1,500 of 2,000
INSERT INTO sessions VALUES ('split', 'cli', NULL, 'claude-sonnet-4-5', NULL, NULL, 1780394400, 1780400000, 9, 2000, 200, 0, 0, 0, 'anthropic', '', 0.5, NULL);
INSERT INTO session_model_usage VALUES ('split', 'claude-sonnet-4-5', 'anthropic', '', '', '', 2, 300, 30, 0, 0, 0, 0.1, 0, 1780399000, 1780399500);
INSERT INTO session_model_usage VALUES ('split', 'claude-haiku-4-5', 'anthropic', '', '', '', 1, 100, 10, 0, 0, 0, 0.02, 0, 1780399000, 1780399900);
INSERT INTO session_model_usage VALUES ('split', 'claude-haiku-4-5', 'anthropic', '', '', 'compression', 1, 100, 10, 0, 0, 0, 0.02, 0, 1780399000, 1780399600);
-- nothing used, no model, a broken count
INSERT INTO sessions VALUES ('none', 'cli', NULL, 'gpt-5', NULL, NULL, 1780394400, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO sessions VALUES ('nameless', 'cli', NULL, NULL, NULL, NULL, 1780394400, NULL, 1, 7, 3, 0, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO sessions VALUES ('broken', 'cli', NULL, 'gpt-5', NULL, NULL, 1780394400, NULL, 1, -7, 3, 0, 0, 0, NULL, NULL, NULL, NULL);
