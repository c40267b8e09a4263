BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0024');
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
INSERT INTO "anonymous_uploads" VALUES(1,'abc1234',X'0205736176656493780C8456E82950B0F8C28D8D06E139C8C7695C5733AD75D55524C05F09813C8DC78FCE8CF998A5AECB976C7C34','https://i.imgur.com/abc1234.png','image/png',640,480,200000000,'a cat',NULL,1795435200123457,8);
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
INSERT INTO "data_keys" VALUES(3,X'A6085EC05074F5DF187D09F37B69AE01476F69CAD0D2ADEF9CA272FFF5B81093');
INSERT INTO "data_keys" VALUES(4,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(5,X'0000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "data_keys" VALUES(6,X'FDE45694094826D8C80705EB73C486D304C81DBF930D6E457838D8FBDA638E0F');
INSERT INTO "data_keys" VALUES(7,X'908B0642C1568C9791F4BAD5EBFD4937AC92E50B052072444029B8C6A531769A');
INSERT INTO "data_keys" VALUES(8,X'26D5ED22E4735D6616CA36F3B2284DE40F6EFB492651EAA93D9D2EBF8708A6C4');
INSERT INTO "data_keys" VALUES(9,X'28425CF9B036BBDFBB2814D8CC6F05044BE52F0A8B337DA0AC6066700993B4BA');
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
INSERT INTO "expiries" VALUES(1,'expires',9,1795435200123457,1795435200123457,0,NULL,NULL,X'020573617665645584BEC28E08BA39895D69DBB31A38C0C9FA264FD7D2ECB692A21156A27C4CAEC798F82CCF02508290BB1136F875',9);
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
INSERT INTO "housekeeping" VALUES('scrub',1795985002267523);
INSERT INTO "housekeeping" VALUES('erasure',5818839933697);
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
INSERT INTO "imgur_accounts" VALUES(9,'imgurian-9',X'0205736176656436639A1A6F601F3C79689DCD130F05940C1D731322738BBDA320768540F9A81D1449A2634288EC',X'0205736176656457A2A1DA2A30ADA0463FC57C772CB38A8CD3EEF8E74E9B62221D9C846283AD4A01B72C918049A88F',1797854400123457,31124324594583,0,NULL,NULL,3);
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
INSERT INTO "link_attempts" VALUES(3,'third',3,'discordian-3',1795435200123457,1795435800123457,'proved',0,X'0205736176656498F1A18E25261EC37966F82D4D7B19F1931027DCB76E8C7B54441B9F0B4923B14AE5DBF8D96A6117DCEB306C8C',X'B1E99324505BD32DA0E1F85DCF5E19A09DB0481E8A15F62C41EB320304A8E927',X'7468697264636F6F6B69652D68617368',X'746869726473746174652D68617368',X'02057361766564C2F4924C1BEEBC29D7979F69425010AC18A190B7B4AB33A0B2586C5523ACC95F412A1F18',8,'imgurian-8',X'02057361766564DC827CFA0B660D76D40DC9BDC6D6E8D5C360561D72ED1A35025C7DF2D59FC4B1DC6B9F373BEB0E',X'02057361766564FDA55111B70E17FE268EB75F89525CB5E910FBBE95C07DB1DC792322309EC6FCB44E6D12803385F3',1797854400123457,6,7,'pt-BR',NULL,NULL,NULL,NULL,NULL);
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
CREATE TABLE uploaded_files (
	discord_id BIGINT NOT NULL, 
	image_id VARCHAR NOT NULL, 
	account_id BIGINT, 
	digest BLOB NOT NULL, 
	uploaded_at BIGINT NOT NULL, 
	CONSTRAINT pk_uploaded_files PRIMARY KEY (discord_id, image_id)
);
INSERT INTO "uploaded_files" VALUES(1,'abc1234',NULL,X'B48B3A9641115E9730108404B1A7C2D289BE5DFCDC5879C4513979FF02B9C7AA',1795435200123457);
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
CREATE INDEX ix_uploaded_files_discord_id_digest ON uploaded_files (discord_id, digest);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('libraries',3);
INSERT INTO "sqlite_sequence" VALUES('data_keys',9);
COMMIT;
