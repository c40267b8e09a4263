BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0020');
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
INSERT INTO "anonymous_uploads" VALUES(1,'abc1234',X'020573617665641F5695105B9DA1201D5FC50EEFD7F2F0D350976FCDE386FFF104E4BE395ABB2ABD75944AFC8E1ABC56C531FA641A','https://i.imgur.com/abc1234.png','image/png',640,480,200000000,'a cat',NULL,1795435200123457,8);
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
INSERT INTO "data_keys" VALUES(3,X'4E31866E724CBDBE297E3A33DCF08C3BB4A7D7CBA325F40DFED7D65A2AD0B3A5');
INSERT INTO "data_keys" VALUES(4,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(5,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(6,X'927C0264A384BA9241ACE88E73940B3C19FE764AB8DE75EB77FED9B2FA8870DB');
INSERT INTO "data_keys" VALUES(7,X'F2444C009E6D09D4607B5BEE0759751EF99A72B60FFBE3A6715108122B122130');
INSERT INTO "data_keys" VALUES(8,X'0C29FAA1E213E95B976F8D699311BE5920EA35708D02D0E5E2DDAE3562133768');
INSERT INTO "data_keys" VALUES(9,X'5D9EA3D6D0AE3A0AEC175420E056BBFBF0A67BC6E4CE78096EA9238508FFBBFA');
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
INSERT INTO "expiries" VALUES(1,'expires',9,1795435200123457,1795435200123457,0,NULL,NULL,X'02057361766564DF22D21C03A39C4770F890BF5FAB32EA9741DD4F9FCD5C50AEB4501C64021EB965A24C22DD8D2243040D488455D4',9);
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
INSERT INTO "housekeeping" VALUES('scrub',1795980837067823);
INSERT INTO "housekeeping" VALUES('erasure',6504724764113);
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
INSERT INTO "imgur_accounts" VALUES(9,'imgurian-9',X'020573617665646B4D457A99BDED7EC8091E8CE179E401B4074E6EF2B1C493B4C7D265B04A242F816943FEC17769',X'020573617665642C646959111D69CA159693BE64BFF8BD40B7E4C49A03E4CB745B9B7CE1D70C812B6C0490BCB7A348',1797854400123457,253913284107948,0,NULL,NULL,3);
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
	token_expires_at BIGINT, origin_key_id BIGINT, proof_key_id BIGINT, locale VARCHAR(10), login VARCHAR(10), logins INTEGER, foreign_login BOOLEAN, 
	CONSTRAINT pk_link_attempts PRIMARY KEY (number), 
	CONSTRAINT uq_link_attempts_id UNIQUE (id), 
	CONSTRAINT uq_link_attempts_nonce_hash UNIQUE (nonce_hash), 
	CONSTRAINT uq_link_attempts_state_hash UNIQUE (state_hash)
);
INSERT INTO "link_attempts" VALUES(1,'first',1,'',1795435200123457,1795435800123457,'done',0,NULL,X'A7937B64B8CAA58F03721BB6BACF5C78CB235FEBE0E70B1B84CD99541461A08E',X'636F6F6B69652D68617368',X'73746174652D68617368',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'pt-BR',NULL,NULL,NULL);
INSERT INTO "link_attempts" VALUES(2,'second',2,'',1795435200123457,1795435800123457,'done',0,NULL,X'16367AACB67A4A017C8DA8AB95682CCB390863780F7114DDA0A0E0C55644C7C4',X'7365636F6E64636F6F6B69652D68617368',X'7365636F6E6473746174652D68617368',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'pt-BR',NULL,NULL,NULL);
INSERT INTO "link_attempts" VALUES(3,'third',3,'discordian-3',1795435200123457,1795435800123457,'proved',0,X'020573617665646F5AE1DEFF11A1BD814D7D52E21253D8EAEB49157CDA74FB2CF54DE6E9C68E9EE59892A7BDC69853C4DA74B2B7',X'B1E99324505BD32DA0E1F85DCF5E19A09DB0481E8A15F62C41EB320304A8E927',X'7468697264636F6F6B69652D68617368',X'746869726473746174652D68617368',X'020573617665640E66F15B5964B6597DA51DBC399A8CB5688991700D574E450B142AC6D360BD2F28BAF7AC',8,'imgurian-8',X'02057361766564833E3716E0F6D9948F5E38B444884EA7D86A7F98B84F39B088B6624FA7D37DD276858CE61382B6',X'02057361766564655F12A7C07F319B6F12010FC6344AA273A0675BA06AC5C9D85D17BA96991BCA49A17B0D634E6B02',1797854400123457,6,7,'pt-BR',NULL,NULL,NULL);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('libraries',3);
INSERT INTO "sqlite_sequence" VALUES('data_keys',9);
COMMIT;
