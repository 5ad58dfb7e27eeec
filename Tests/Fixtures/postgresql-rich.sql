create type mood as enum ('sad','ok','it''s');
create domain posint as integer check (value > 0);
create function twice(i int) returns int language sql immutable as 'select i*2';
create table p (id bigint generated always as identity primary key, code varchar(10) not null unique, m mood default 'sad'::mood, d posint, s smallint, f real, dd double precision,
 n numeric, n2 numeric(10,2) check (n2 > 0), ts timestamp(3), tz timestamptz default now(), da date default current_date, ti time, u uuid default gen_random_uuid(), j json, jb jsonb default '{}'::jsonb, b bytea default '\x00ff', bo boolean default true check (bo or s is null), ia int[], ta text[], ip inet, iv interval, c char(5), r int4range, x xml, mo money, bi bit(3), nm name, g integer generated always as (s * 2) stored, tt timetz, tw integer default twice(3), tsv tsvector, check (code <> '' and length(code) < 10));
create table "Kid" (id serial primary key, p_id bigint references p(id) on delete cascade, "Mixed Case" text collate "C", note text, unique (p_id, note));
create table cyc1 (id int primary key, o int); create table cyc2 (id int primary key, o int references cyc1(id) deferrable initially deferred); alter table cyc1 add foreign key (o) references cyc2(id);
create table nokey (a int, b text);
create index on p (lower(code)); create index on p using gin (jb); create index part on "Kid" (note desc) include (id) where note is not null and note in ('a','b'); create index c_lower on "Kid" (lower("Mixed Case"));
create view v as select k.id, k.note, p.code from "Kid" k join p on p.id = k.p_id where k.note is not null;
create materialized view mv as select 1 as a;
insert into p (code,m,d,s,f,dd,n,n2,ts,tz,da,ti,u,j,jb,b,bo,ia,ta,ip,iv,c,r,x,mo,bi,nm,tt,tsv) values
 ('a','ok',5,7,0.1,'NaN',12345678901234567890.123456789,1.50,'2024-01-02 03:04:05.678','2024-01-02 03:04:05+02','2024-02-29','24:00','a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11','{"a":1, "a":2}','{"b":1,"a":[1,2]}','\x0001ff',true,'{1,NULL,3}','{"x","y,z"}','10.0.0.0/8','1 mon 2 days','ab','[1,5)','<a/>',12.34,B'101','nm','03:04:05+01','a b'),
 ('b','it''s',1,-3,'Infinity','-Infinity','NaN',0.01,'infinity','-infinity','infinity','00:00:01.5',null,'1','null','',true,'{}',null,'::1','-1 year','abcde','empty',null,-1,B'000','n','23:59:59-12',''),
 ('c',null,null,null,null,0.1,1.10,99999999.99,'0044-03-15 12:00:00 BC','12024-01-01 00:00:00+00','0044-03-15 BC','23:59:59.999999',null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null);
insert into "Kid" (p_id,"Mixed Case",note) values (1,'Ab','a'),(2,'é','b'),(2,'Z',null); insert into cyc1 values (1,null); insert into cyc2 values (1,1); update cyc1 set o=1; insert into nokey values (1,'x'),(1,'x'),(null,null);
alter table nokey add constraint nv check (a > 1) not valid;
