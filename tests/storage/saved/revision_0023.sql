BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0023');
CREATE TABLE anonymous_uploads (
	discord_id BIGINT NOT NULL, 
	image_id VARCHAR NOT NULL, 
	deletehash BLOB NOT NULL, 
	link VARCHAR, 
	mime_type VARCHAR, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	size BIGINT NOT NULL, 
	title VARCHAR, 
	description VARCHAR, 
	uploaded_at BIGINT NOT NULL, data_key_id BIGINT, 
	CONSTRAINT pk_anonymous_uploads PRIMARY KEY (discord_id, image_id)
);
INSERT INTO "anonymous_uploads" VALUES(1,'abc1234',X'020573617665648339F593DCDD83E602FDE0FD8C9FEA5F5C36D79D71D66B8440C8728E08F8B4DE6F3657AF55D6509FA7C367ABE47E','https://i.imgur.com/abc1234.png','image/png',640,480,200000000,'a cat',NULL,1795435200123457,8);
CREATE TABLE backup_parts (
	backup_id VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	entries JSON NOT NULL, 
	CONSTRAINT pk_backup_parts PRIMARY KEY (backup_id, number), 
	CONSTRAINT fk_backup_parts_backup_id FOREIGN KEY(backup_id) REFERENCES backups (id) ON DELETE CASCADE
);
CREATE TABLE backups (
	id VARCHAR NOT NULL, 
	discord_id BIGINT NOT NULL, 
	discord_name VARCHAR NOT NULL, 
	locale VARCHAR(10), 
	expires_at BIGINT NOT NULL, 
	status VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	nonce_hash BLOB NOT NULL, 
	cookie_hash BLOB, 
	code_hash BLOB, 
	account_id BIGINT, 
	parts INTEGER, 
	CONSTRAINT pk_backups PRIMARY KEY (id), 
	CONSTRAINT uq_backups_discord_id UNIQUE (discord_id), 
	CONSTRAINT uq_backups_nonce_hash UNIQUE (nonce_hash)
);
CREATE TABLE command_syncs (
	application_id BIGINT NOT NULL, 
	digest VARCHAR NOT NULL, 
	CONSTRAINT pk_command_syncs PRIMARY KEY (application_id)
);
INSERT INTO "command_syncs" VALUES(7,'digest');
CREATE TABLE credit_overruns (
	scope VARCHAR NOT NULL, 
	number BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_credit_overruns PRIMARY KEY (scope, number)
);
CREATE TABLE credit_users (
	scope VARCHAR NOT NULL, 
	number BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	used INTEGER NOT NULL, 
	CONSTRAINT pk_credit_users PRIMARY KEY (scope, number, user_id)
);
CREATE TABLE credits_left (
	scope VARCHAR NOT NULL, 
	number BIGINT NOT NULL, 
	"limit" INTEGER NOT NULL, 
	remaining INTEGER NOT NULL, 
	begun_at BIGINT NOT NULL, 
	resets_at BIGINT NOT NULL, 
	was_told BOOLEAN NOT NULL, 
	paused_until BIGINT, 
	users INTEGER NOT NULL, 
	CONSTRAINT pk_credits_left PRIMARY KEY (scope)
);
CREATE TABLE data_keys (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" BLOB NOT NULL
);
INSERT INTO "data_keys" VALUES(1,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(2,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(3,X'0154E92908AFA5E921871C0B8175A2B0CD23B45746E9E1FE3A12C5DEFC308E49');
INSERT INTO "data_keys" VALUES(4,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(5,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(6,X'6E4C219EEBB5096EC5D3B5E875D7585607F381412A45600D0B48760523E74264');
INSERT INTO "data_keys" VALUES(7,X'35F923E2821C5F7E2B4A7E22F4A8690DC1C5378662FA6133E67318F4B1E8CDE0');
INSERT INTO "data_keys" VALUES(8,X'C76AC45CF1571CBBFC0CB6521F24B5B4FCC2BB18668398C1E495168335C93ADB');
INSERT INTO "data_keys" VALUES(9,X'5A26E492EAAD9FCF3269403370652681E9530701FD813AEA42EA0B4286DA6414');
CREATE TABLE erasures (
	digest BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_erasures PRIMARY KEY (digest)
);
CREATE TABLE expiries (
	discord_id BIGINT NOT NULL, 
	image_id VARCHAR NOT NULL, 
	account_id BIGINT, 
	due_at BIGINT NOT NULL, 
	try_at BIGINT NOT NULL, 
	failures INTEGER NOT NULL, 
	claim VARCHAR, 
	claimed_until BIGINT, 
	deletehash BLOB, 
	data_key_id BIGINT, 
	CONSTRAINT pk_expiries PRIMARY KEY (discord_id, image_id)
);
INSERT INTO "expiries" VALUES(1,'expires',9,1795435200123457,1795435200123457,0,NULL,NULL,X'02057361766564D744AA0A111521FD523E4B29D39AE79095D63CB33F02A26C72876B7CE219159B3563F3B3E97A0E521A8C4816C914',9);
CREATE TABLE hidden_images (
	image_id VARCHAR NOT NULL, 
	discord_id BIGINT NOT NULL, 
	CONSTRAINT pk_hidden_images PRIMARY KEY (image_id)
);
INSERT INTO "hidden_images" VALUES('hidden7',1);
CREATE TABLE housekeeping (
	name VARCHAR NOT NULL, 
	value BIGINT NOT NULL, 
	CONSTRAINT pk_housekeeping PRIMARY KEY (name)
);
INSERT INTO "housekeeping" VALUES('scrub',1795982652104495);
INSERT INTO "housekeeping" VALUES('erasure',28407208684652);
CREATE TABLE imgur_accounts (
	account_id BIGINT NOT NULL, 
	username VARCHAR NOT NULL, 
	access_token BLOB NOT NULL, 
	refresh_token BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	broken BOOLEAN NOT NULL, refresh_until BIGINT, refresh_by VARCHAR, data_key_id BIGINT, 
	CONSTRAINT pk_imgur_accounts PRIMARY KEY (account_id)
);
INSERT INTO "imgur_accounts" VALUES(9,'imgurian-9',X'0205736176656456679AA6896866F97FFB373072C547600CEDCCAA1F7F60098DB7C18274E32D7807F33691B9934D',X'020573617665648D2140B07DBEB4D81F252B455B628118ED9179EC8A18903440C4B42D74C9777EE3424D241F348442',1797854400123457,168416464409569,0,NULL,NULL,3);
CREATE TABLE items (
	library_id BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	item_id VARCHAR NOT NULL, 
	title VARCHAR, 
	description VARCHAR, 
	mime_type VARCHAR, 
	animated BOOLEAN NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	size BIGINT NOT NULL, 
	created BIGINT, 
	nsfw BOOLEAN NOT NULL, 
	favorite BOOLEAN NOT NULL, 
	extra JSON NOT NULL, 
	CONSTRAINT pk_items PRIMARY KEY (library_id, kind, item_id)
)
 WITHOUT ROWID

;
INSERT INTO "items" VALUES(1,'image','abc1234',NULL,NULL,NULL,0,0,0,0,NULL,0,0,'{}');
INSERT INTO "items" VALUES(3,'image','abc1234','a cat',NULL,'image/png',0,640,480,200000000,1795435200123457,0,0,'{"link": "https://i.imgur.com/abc1234.png"}');
CREATE TABLE jobs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR NOT NULL, 
	discord_id BIGINT NOT NULL, 
	subject VARCHAR NOT NULL, 
	account_id BIGINT, 
	payload JSON NOT NULL, 
	state VARCHAR NOT NULL, 
	due_at BIGINT NOT NULL, 
	begun_at BIGINT NOT NULL, 
	failures INTEGER NOT NULL, 
	turn BIGINT NOT NULL, 
	claim VARCHAR, 
	claimed_until BIGINT, 
	ended_at BIGINT, 
	outcome_title VARCHAR, 
	outcome_text VARCHAR
, origin BLOB, origin_key_id BIGINT, origin_until BIGINT, outcome_words VARCHAR);
CREATE TABLE libraries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account_id BIGINT, 
	discord_id BIGINT, 
	CONSTRAINT uq_libraries_account_id UNIQUE (account_id), 
	CONSTRAINT uq_libraries_discord_id UNIQUE (discord_id)
);
INSERT INTO "libraries" VALUES(1,9,NULL);
INSERT INTO "libraries" VALUES(3,NULL,1);
CREATE TABLE link_attempts (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	discord_id BIGINT NOT NULL, 
	discord_name VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	status VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	origin BLOB, 
	nonce_hash BLOB, 
	cookie_hash BLOB, 
	state_hash BLOB, 
	code BLOB, 
	account_id BIGINT, 
	username VARCHAR, 
	access_token BLOB, 
	refresh_token BLOB, 
	token_expires_at BIGINT, origin_key_id BIGINT, proof_key_id BIGINT, locale VARCHAR(10), login VARCHAR(10), logins INTEGER, foreign_login BOOLEAN, place VARCHAR(10), channel_id BIGINT, 
	CONSTRAINT pk_link_attempts PRIMARY KEY (number), 
	CONSTRAINT uq_link_attempts_id UNIQUE (id), 
	CONSTRAINT uq_link_attempts_nonce_hash UNIQUE (nonce_hash), 
	CONSTRAINT uq_link_attempts_state_hash UNIQUE (state_hash)
);
INSERT INTO "link_attempts" VALUES(1,'first',1,'',1795435200123457,1795435800123457,'done',0,NULL,X'A7937B64B8CAA58F03721BB6BACF5C78CB235FEBE0E70B1B84CD99541461A08E',X'636F6F6B69652D68617368',X'73746174652D68617368',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'pt-BR',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "link_attempts" VALUES(2,'second',2,'',1795435200123457,1795435800123457,'done',0,NULL,X'16367AACB67A4A017C8DA8AB95682CCB390863780F7114DDA0A0E0C55644C7C4',X'7365636F6E64636F6F6B69652D68617368',X'7365636F6E6473746174652D68617368',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'pt-BR',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "link_attempts" VALUES(3,'third',3,'discordian-3',1795435200123457,1795435800123457,'proved',0,X'02057361766564B1BB97B9E8DFCC3F993C780DB5C08C4DC58B2E7A50F218DC42F4ADB5D8B6D319636ABF9A9FD22DDF2B3077C46F',X'B1E99324505BD32DA0E1F85DCF5E19A09DB0481E8A15F62C41EB320304A8E927',X'7468697264636F6F6B69652D68617368',X'746869726473746174652D68617368',X'0205736176656445A3AF296F8A33F6A146539522AB16E121FEA6EA88FF255D0C9F3B6E7B8D9D530CF162BC',8,'imgurian-8',X'02057361766564BF0420BA456826632A77D6F4618BEF18A3FEA338DFA31BB333E9B236F16EECB964C6AEF6DAA9EE',X'020573617665648B2A3EC31B6A632F5689B63A48F23713984CF5D21D0F84C4B10B20A96BDCC6C11B8C178F54236537',1797854400123457,6,7,'pt-BR',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE link_events (
	number INTEGER NOT NULL, 
	discord_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	deed VARCHAR(10) NOT NULL, 
	proof VARCHAR(10), 
	place VARCHAR(10), 
	channel_id BIGINT, 
	CONSTRAINT pk_link_events PRIMARY KEY (number)
);
INSERT INTO "link_events" VALUES(1,1,1795435200123457,'linked','code',NULL,NULL);
INSERT INTO "link_events" VALUES(2,2,1795435200123457,'linked','code',NULL,NULL);
CREATE TABLE links (
	discord_id BIGINT NOT NULL, 
	account_id BIGINT NOT NULL, 
	CONSTRAINT pk_links PRIMARY KEY (discord_id), 
	CONSTRAINT fk_links_account_id FOREIGN KEY(account_id) REFERENCES imgur_accounts (account_id)
);
INSERT INTO "links" VALUES(1,9);
INSERT INTO "links" VALUES(2,9);
CREATE TABLE marks (
	library_id BIGINT NOT NULL, 
	discord_id BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	item_id VARCHAR NOT NULL, 
	search VARCHAR NOT NULL, 
	note VARCHAR, 
	CONSTRAINT pk_marks PRIMARY KEY (library_id, discord_id, kind, item_id)
)
 WITHOUT ROWID

;
CREATE TABLE places (
	library_id BIGINT NOT NULL, 
	shelf VARCHAR NOT NULL, 
	rank BIGINT NOT NULL, 
	pass BIGINT NOT NULL, 
	name BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	item_id VARCHAR NOT NULL, 
	search VARCHAR NOT NULL, signature BLOB, 
	CONSTRAINT pk_places PRIMARY KEY (library_id, shelf, rank), 
	CONSTRAINT uq_places_item UNIQUE (library_id, kind, item_id, shelf)
)
 WITHOUT ROWID

;
INSERT INTO "places" VALUES(1,'images',1,0,7491139519574695330,'image','abc1234','
a cat
',NULL);
INSERT INTO "places" VALUES(3,'uploads',1,0,-1970711489451281740,'image','abc1234','',NULL);
CREATE TABLE preferences (
	discord_id BIGINT NOT NULL, 
	keeps_details BOOLEAN NOT NULL, 
	CONSTRAINT pk_preferences PRIMARY KEY (discord_id)
);
CREATE TABLE selected (
	view_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	item_id VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	title VARCHAR, 
	account_id BIGINT, 
	CONSTRAINT pk_selected PRIMARY KEY (view_id, kind, item_id), 
	CONSTRAINT fk_selected_view_id FOREIGN KEY(view_id) REFERENCES views (id) ON DELETE CASCADE
);
CREATE TABLE servers (
	guild_id BIGINT NOT NULL, 
	sharing VARCHAR NOT NULL, 
	channels JSON NOT NULL, 
	mature BOOLEAN NOT NULL, 
	contact VARCHAR, 
	CONSTRAINT pk_servers PRIMARY KEY (guild_id)
);
CREATE TABLE shared_items (
	message_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	item_id VARCHAR NOT NULL, 
	CONSTRAINT pk_shared_items PRIMARY KEY (message_id, number), 
	CONSTRAINT fk_shared_items_message_id FOREIGN KEY(message_id) REFERENCES shared_messages (message_id) ON DELETE CASCADE
);
CREATE TABLE shared_messages (
	message_id BIGINT NOT NULL, 
	guild_id BIGINT, 
	channel_id BIGINT NOT NULL, 
	discord_id BIGINT NOT NULL, 
	shared_at BIGINT NOT NULL, 
	CONSTRAINT pk_shared_messages PRIMARY KEY (message_id)
);
CREATE TABLE sign_in (
	id INTEGER NOT NULL, 
	looked_at BIGINT NOT NULL, 
	known_at BIGINT, 
	down_since BIGINT, 
	held INTEGER NOT NULL, 
	CONSTRAINT pk_sign_in PRIMARY KEY (id)
);
CREATE TABLE sign_in_waits (
	discord_id BIGINT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	locale VARCHAR(10), 
	nonce BIGINT NOT NULL, 
	claimed_until BIGINT, 
	CONSTRAINT pk_sign_in_waits PRIMARY KEY (discord_id)
);
CREATE TABLE steps (
	job_id BIGINT NOT NULL, 
	number INTEGER NOT NULL, 
	payload JSON NOT NULL, 
	state VARCHAR NOT NULL, 
	outcome VARCHAR, 
	CONSTRAINT pk_steps PRIMARY KEY (job_id, number), 
	CONSTRAINT fk_steps_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
CREATE TABLE syncs (
	library_id BIGINT NOT NULL, 
	shelf VARCHAR NOT NULL, 
	number BIGINT NOT NULL, 
	page INTEGER NOT NULL, 
	phase VARCHAR NOT NULL, 
	read INTEGER NOT NULL, 
	expected INTEGER, 
	begun_at BIGINT, 
	finished_at BIGINT, 
	version BIGINT NOT NULL, 
	next_rank BIGINT NOT NULL, 
	next_low BIGINT, 
	reach BIGINT, 
	CONSTRAINT pk_syncs PRIMARY KEY (library_id, shelf)
)
 WITHOUT ROWID

;
CREATE TABLE tags (
	library_id BIGINT NOT NULL, 
	discord_id BIGINT NOT NULL, 
	folded VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	item_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	shown VARCHAR NOT NULL, 
	CONSTRAINT pk_tags PRIMARY KEY (library_id, discord_id, folded, kind, item_id)
)
 WITHOUT ROWID

;
CREATE TABLE views (
	id VARCHAR NOT NULL, 
	discord_id BIGINT NOT NULL, 
	"query" VARCHAR NOT NULL, 
	used_at BIGINT NOT NULL, 
	CONSTRAINT pk_views PRIMARY KEY (id)
);
CREATE INDEX ix_links_account_id ON links (account_id);
CREATE INDEX ix_link_attempts_discord_id ON link_attempts (discord_id);
CREATE INDEX ix_anonymous_uploads_discord_id_uploaded_at ON anonymous_uploads (discord_id, uploaded_at);
CREATE INDEX ix_hidden_images_discord_id ON hidden_images (discord_id);
CREATE INDEX ix_views_used_at ON views (used_at);
CREATE INDEX ix_views_discord_id_used_at ON views (discord_id, used_at);
CREATE UNIQUE INDEX uq_jobs_open ON jobs (kind, subject) WHERE state = 'open';
CREATE INDEX ix_jobs_discord_id ON jobs (discord_id);
CREATE INDEX ix_jobs_state_due_at ON jobs (state, due_at);
CREATE INDEX ix_libraries_let_go ON libraries (id) WHERE account_id IS NULL AND discord_id IS NULL;
CREATE INDEX ix_places_name ON places (library_id, shelf, name);
CREATE INDEX ix_places_unfolded ON places (library_id) WHERE search = '';
CREATE INDEX ix_tags_item ON tags (library_id, discord_id, kind, item_id);
CREATE UNIQUE INDEX uq_link_attempts_open ON link_attempts (discord_id) WHERE status IN ('pending', 'bound', 'spent', 'proved');
CREATE INDEX ix_link_attempts_open ON link_attempts (expires_at) WHERE status IN ('pending', 'bound', 'spent', 'proved');
CREATE INDEX ix_link_attempts_created_at ON link_attempts (created_at);
CREATE INDEX ix_credits_left_resets_at ON credits_left (resets_at);
CREATE INDEX ix_sign_in_waits_asked_at ON sign_in_waits (asked_at);
CREATE INDEX ix_expiries_try_at ON expiries (try_at);
CREATE INDEX ix_shared_messages_discord_id ON shared_messages (discord_id);
CREATE INDEX ix_shared_messages_shared_at ON shared_messages (shared_at);
CREATE INDEX ix_shared_messages_guild_id_shared_at ON shared_messages (guild_id, shared_at);
CREATE INDEX ix_shared_items_item_id ON shared_items (item_id);
CREATE INDEX ix_backups_expires_at ON backups (expires_at);
CREATE INDEX ix_link_events_discord_id ON link_events (discord_id);
CREATE INDEX ix_link_events_at ON link_events (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('libraries',3);
INSERT INTO "sqlite_sequence" VALUES('data_keys',9);
COMMIT;
