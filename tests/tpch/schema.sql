-- The tables of TPC-H (specification 3, clause 1.4), for make_answers.sh. Texts are ordered byte by byte, as C does.
DROP SCHEMA IF EXISTS tpch CASCADE;
CREATE SCHEMA tpch;
SET search_path = tpch;
CREATE TABLE region (r_regionkey integer PRIMARY KEY, r_name text COLLATE "C", r_comment text COLLATE "C");
CREATE TABLE nation (n_nationkey integer PRIMARY KEY, n_name text COLLATE "C", n_regionkey integer, n_comment text COLLATE "C");
CREATE TABLE supplier (s_suppkey integer PRIMARY KEY, s_name text COLLATE "C", s_address text COLLATE "C",
    s_nationkey integer, s_phone text COLLATE "C", s_acctbal numeric(15,2), s_comment text COLLATE "C");
CREATE TABLE customer (c_custkey integer PRIMARY KEY, c_name text COLLATE "C", c_address text COLLATE "C",
    c_nationkey integer, c_phone text COLLATE "C", c_acctbal numeric(15,2), c_mktsegment text COLLATE "C",
    c_comment text COLLATE "C");
CREATE TABLE part (p_partkey integer PRIMARY KEY, p_name text COLLATE "C", p_mfgr text COLLATE "C",
    p_brand text COLLATE "C", p_type text COLLATE "C", p_size integer, p_container text COLLATE "C",
    p_retailprice numeric(15,2), p_comment text COLLATE "C");
CREATE TABLE partsupp (ps_partkey integer, ps_suppkey integer, ps_availqty integer, ps_supplycost numeric(15,2),
    ps_comment text COLLATE "C", PRIMARY KEY (ps_partkey, ps_suppkey));
CREATE TABLE orders (o_orderkey integer PRIMARY KEY, o_custkey integer, o_orderstatus text COLLATE "C",
    o_totalprice numeric(15,2), o_orderdate date, o_orderpriority text COLLATE "C", o_clerk text COLLATE "C",
    o_shippriority integer, o_comment text COLLATE "C");
CREATE TABLE lineitem (l_orderkey integer, l_partkey integer, l_suppkey integer, l_linenumber integer,
    l_quantity numeric(15,2), l_extendedprice numeric(15,2), l_discount numeric(15,2), l_tax numeric(15,2),
    l_returnflag text COLLATE "C", l_linestatus text COLLATE "C", l_shipdate date, l_commitdate date,
    l_receiptdate date, l_shipinstruct text COLLATE "C", l_shipmode text COLLATE "C", l_comment text COLLATE "C",
    PRIMARY KEY (l_orderkey, l_linenumber));
CREATE INDEX ON lineitem (l_partkey, l_suppkey);
