BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
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
	uploaded_at BIGINT NOT NULL, 
	CONSTRAINT pk_anonymous_uploads PRIMARY KEY (discord_id, image_id)
);
INSERT INTO "anonymous_uploads" VALUES(1,'abc1234',X'01057361766564EB2C21EA8E7C7ED9E68D23E902B2615E776CF313DBD29BEF4463B09896BD9576FE62D5F7ECAC5092DACBBD0AE5D0','https://i.imgur.com/abc1234.png','image/png',640,480,200000000,'a cat',NULL,1795435200123457);
CREATE TABLE command_syncs (
	application_id BIGINT NOT NULL, 
	digest VARCHAR NOT NULL, 
	CONSTRAINT pk_command_syncs PRIMARY KEY (application_id)
);
INSERT INTO "command_syncs" VALUES(7,'digest');
CREATE TABLE hidden_images (
	image_id VARCHAR NOT NULL, 
	discord_id BIGINT NOT NULL, 
	CONSTRAINT pk_hidden_images PRIMARY KEY (image_id)
);
INSERT INTO "hidden_images" VALUES('hidden7',1);
CREATE TABLE imgur_accounts (
	account_id BIGINT NOT NULL, 
	username VARCHAR NOT NULL, 
	access_token BLOB NOT NULL, 
	refresh_token BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	broken BOOLEAN NOT NULL, 
	CONSTRAINT pk_imgur_accounts PRIMARY KEY (account_id)
);
INSERT INTO "imgur_accounts" VALUES(9,'imgurian-9',X'01057361766564C9876F6E3D74B3D7194F717664107460BC07259886D97545CAED5EFDE4A298A4FA25DDEC4E1009',X'0105736176656440586776396D400C85A1143ABDDDB8875400CFDDD6776C37D909B34E0DCD4FA014ECA217AC562CA8',1797854400123457,165314743533172,0);
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
);
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
	token_expires_at BIGINT, 
	CONSTRAINT pk_link_attempts PRIMARY KEY (number), 
	CONSTRAINT uq_link_attempts_id UNIQUE (id), 
	CONSTRAINT uq_link_attempts_nonce_hash UNIQUE (nonce_hash), 
	CONSTRAINT uq_link_attempts_state_hash UNIQUE (state_hash)
);
INSERT INTO "link_attempts" VALUES(1,'first',1,'',1795435200123457,1795435800123457,'done',0,NULL,X'A7937B64B8CAA58F03721BB6BACF5C78CB235FEBE0E70B1B84CD99541461A08E',X'636F6F6B69652D68617368',X'73746174652D68617368',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "link_attempts" VALUES(2,'second',2,'',1795435200123457,1795435800123457,'done',0,NULL,X'16367AACB67A4A017C8DA8AB95682CCB390863780F7114DDA0A0E0C55644C7C4',X'7365636F6E64636F6F6B69652D68617368',X'7365636F6E6473746174652D68617368',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "link_attempts" VALUES(3,'third',3,'discordian-3',1795435200123457,1795435800123457,'proved',0,X'0105736176656410C7825274E1CB827318CA7D47F7B97666BE9E319E8FEA6DD0EC5752CAD265AF5ED8946F0F18DB3CBF34880BA5',X'B1E99324505BD32DA0E1F85DCF5E19A09DB0481E8A15F62C41EB320304A8E927',X'7468697264636F6F6B69652D68617368',X'746869726473746174652D68617368',X'010573617665641A3CD3C941C1EAA6BBC1DA39C2446E31963B2D05D4BC62D748F54E41C2341ACF0DAE37E0',8,'imgurian-8',X'01057361766564B4ECC78BD16C1E297450810639C0C694B67AC19516AA02DD0074B8CABFFD51E275552AAF1D85AB',X'01057361766564038F674BFF41935AF8AE577FBC7E5973DBD7A94BD3A9732B902D811DC7BD357330C7E71B14F393B8',1797854400123457);
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
	search VARCHAR NOT NULL, 
	CONSTRAINT pk_places PRIMARY KEY (library_id, shelf, rank), 
	CONSTRAINT uq_places_item UNIQUE (library_id, kind, item_id, shelf)
)
 WITHOUT ROWID

;
INSERT INTO "places" VALUES(1,'images',1,0,7491139519574695330,'image','abc1234','
a cat
');
INSERT INTO "places" VALUES(3,'uploads',1,0,-1970711489451281740,'image','abc1234','');
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('libraries',3);
COMMIT;
